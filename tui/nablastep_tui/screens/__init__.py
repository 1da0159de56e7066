"""The screens: they hold the state, translate keys and clicks into commands, and hand scenes down."""
