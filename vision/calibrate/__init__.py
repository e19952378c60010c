"""A camera's pixels to millimetres in one plane, from pictures of a checkerboard."""
