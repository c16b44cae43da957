"""What helps to try Hanse and to test what is built on it: the sample shop and, over time, fakes of outside systems.

Shipped, for those who write their own capability; may import every layer but `serve`.
"""
