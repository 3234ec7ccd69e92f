"""What people run beside `pulumi`, when something has to be looked at or mended."""
