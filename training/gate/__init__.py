"""Whether and when a challenger is trained, and whether it replaces the champion."""
