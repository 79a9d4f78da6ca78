"""visitor: what anonymous visitors of one website and its admin speak, over REST and by asking again."""
