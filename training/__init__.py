"""Which model, and is it better?"""
