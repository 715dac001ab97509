"""What is measured of samples and of players: functions of tensors that know no engine, game or network of ours.

`seen` are an eye's coordinates (n, d). Shares lie in 0..1. Of what cannot be measured there is no number: NaN.
"""
