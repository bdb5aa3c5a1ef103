from players.actions.roles import ensure_roles


def make_roles(**kwargs: object) -> None:
    """After each migrate: the roles need the permissions, which Django itself makes after the migrations."""
    ensure_roles()
