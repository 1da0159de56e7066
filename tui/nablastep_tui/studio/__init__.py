"""Recording: sessions as they happen, demos at their own pace, pictures of what was seen."""
