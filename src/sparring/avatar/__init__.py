"""From a portrait to an avatar: faces found, aligned, restyled and put back, on this machine alone."""
