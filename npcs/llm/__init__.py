"""The only door to model servers; nothing outside this package knows a vendor."""
