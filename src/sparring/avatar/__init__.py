"""From a portrait to an avatar: faces found, aligned, restyled and put back, on this machine alone.

Images in this room are float32 (3, height, width), RGB as sRGB codes it, in [0, 1]; x runs right, y down, and pixel
centres lie at whole numbers. Points are float64 (n, 2) of (x, y).
"""
