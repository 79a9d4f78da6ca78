"""Who is there and who is typing: true only now, told and not kept."""
