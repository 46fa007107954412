"""The peers of `intake`: each writes, into membership's own tables, the rows that follow from the messages.

They have no rules: which rows follow is computed beforehand, by the model that also tells the right end, as if the
messages were taken in one after another. So a peer reads each message by its contract and writes; it looks up nothing
in the database, decides nothing and logs nothing.
"""
