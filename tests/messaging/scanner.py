"""A scanner of uploads as an installation may bring one."""


def complain(data):
    return "it bites." if b"virus" in data else ""
