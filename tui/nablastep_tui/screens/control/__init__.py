"""What keys do, one controller for each kind of thing; each knows the stage through a narrow `Host`."""
