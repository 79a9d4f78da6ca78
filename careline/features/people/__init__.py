"""Staff, who answer; the accounts they sign in with; and contacts, who write."""
