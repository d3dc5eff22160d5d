"""Values made from botocore's own model of the API: valid ones, and ones wrong in every way the model forbids."""

import botocore.session

MODEL = botocore.session.get_session().get_service_model("ecs")
OPERATIONS = sorted(MODEL.operation_names)
DEEP = 6


def valid(shape, random, depth=0, full=False):
    """A value that the model allows; `full` fills optional members too."""
    kind = shape.type_name
    if kind == "structure":
        return {name: valid(member, random, depth + 1, full) for name, member in shape.members.items()
                if name in shape.required_members or (full and depth < DEEP)}
    if kind == "list":
        return [valid(shape.member, random, depth + 1, full)]
    if kind == "map":
        return {"key": valid(shape.value, random, depth + 1, full)}
    if kind == "string":
        return random.choice(shape.enum) if shape.enum else "value"
    return {"integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": True, "timestamp": 1700000000,
            "blob": "AAAA"}[kind]


def wrong(shape, random, depth=0):
    """A value that a client should not send: another type, out of bounds, missing, huge, deep."""
    kind = shape.type_name
    other = {"structure": ["text", 3, [], True], "list": ["text", 3, {}, True], "map": ["text", 3, [], True],
             "string": [3, True, [], {}, 1.5], "integer": ["1", 1.5, [], {}, True, 2**80],
             "long": ["1", [], {}, True, 2**90], "boolean": ["true", 1, [], {}], "double": ["1", [], {}],
             "float": ["1", [], {}], "timestamp": [[], {}, True], "blob": [1, [], {}]}[kind]
    if kind == "structure" and shape.members and depth < DEEP and random.random() < 0.85:
        value = valid(shape, random, depth)
        name = random.choice(sorted(shape.members))
        if name in shape.required_members and random.random() < 0.3:
            del value[name]
        else:
            value[name] = wrong(shape.members[name], random, depth + 1)
        return value
    if kind == "list" and depth < DEEP and random.random() < 0.7:
        return random.choice([[wrong(shape.member, random, depth + 1)], [None],
                              [valid(shape.member, random, depth + 1)] * 2000])
    if kind == "map" and depth < DEEP and random.random() < 0.7:
        return {"key": wrong(shape.value, random, depth + 1)}
    if kind == "string" and random.random() < 0.6:
        return random.choice(["", "x" * 100_000, "NOT_IN_THE_ENUM", "\u0000", "nul\u0000l", "🪺" * 300, "../..", "a b",
                              "arn:aws:ecs:::", "arn:" * 500, "${jndi}", "%s%n", "'; DROP TABLE tasks; --"])
    if kind in ("integer", "long") and random.random() < 0.6:
        return random.choice([-1, 0, -(2**31), 2**31 - 1, 2**31, 2**63 - 1, 2**63, -(2**63)])
    return random.choice(other)
