"""The straightforward platform, beside which ours is measured: plain FastStream, one transaction a message.

It does what ours does with the messages of `throughput`, and nothing else. What a competent developer would tune is
tuned: concurrent handlers, prepared statements, a pool, uvloop, a relay that publishes a hundred at once and is woken.
"""
