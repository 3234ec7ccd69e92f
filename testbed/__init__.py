"""What stands in for clouds, registries and download sites that cannot be reached.

Nothing outside testbed/ and tests/ knows that this package exists; each part says what it stands in for.
"""
