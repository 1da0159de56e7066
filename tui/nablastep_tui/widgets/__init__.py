"""Line API widgets: each owns a region, a scene and its canvas; the drawing itself is in `drawing`."""
