"""The command line and the doctor, as an operator meets them."""
