"""Whether an answer's JSON is what botocore's model says: no unknown member, no missing required one, right types."""

import json

#: The operations that answered a client with success since the tests began.
ANSWERED = set()

NUMBERS = {"integer", "long", "float", "double", "timestamp"}


def watch(client):
    """Checks every answer that the client gets."""
    client.meta.events.register("after-call.ecs", _check)


def _check(http_response, model, **_):
    if http_response.status_code != 200:
        return
    found = breaches(json.loads(http_response.content), model.output_shape, model.name) if model.output_shape else []
    assert not found, "\n".join(found)
    ANSWERED.add(model.name)


def breaches(value, shape, path=""):
    """A sentence for each place where `value` is not what `shape` allows."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path} is no object: {value!r}"]
        found = [f"{path}.{name} is not in the model" for name in value if name not in shape.members]
        found += [f"{path}.{name} is required and absent" for name in shape.required_members if name not in value]
        for name, member in shape.members.items():
            if name in value:
                found += breaches(value[name], member, f"{path}.{name}")
        return found
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path} is no list: {value!r}"]
        return [text for index, item in enumerate(value) for text in breaches(item, shape.member, f"{path}[{index}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path} is no map: {value!r}"]
        return [text for key, item in value.items() for text in breaches(item, shape.value, f"{path}.{key}")]
    if kind == "string":
        if not isinstance(value, str):
            return [f"{path} is no text: {value!r}"]
        return [f"{path} is {value!r}, not one of {shape.enum}"] if shape.enum and value not in shape.enum else []
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{path} is no boolean: {value!r}"]
    if kind in NUMBERS:
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
        if right and kind in ("integer", "long") and not isinstance(value, int):
            right = False
        return [] if right else [f"{path} is no {kind}: {value!r}"]
    return []


def violations(shape, path=()):
    """(path, value, rule) for each constraint of the model inside `shape`: the value breaks the rule at the path.

    A value of None stands for a member that is left out.
    """
    if len(path) > 8:
        return
    kind = shape.type_name
    if kind == "structure":
        for name, member in shape.members.items():
            if name in shape.required_members:
                yield path + (name,), None, "required"
            yield from violations(member, path + (name,))
    elif kind == "list":
        yield path, "text", "type"
        if shape.metadata.get("max"):
            yield path, ["x"] * (shape.metadata["max"] + 1), "max"
        yield from violations(shape.member, path + (0,))
    elif kind == "map":
        yield path, "text", "type"
    elif kind == "string":
        if shape.enum:
            yield path, "NOT_IN_THE_ENUM", "enum"
        if shape.metadata.get("max"):
            yield path, "x" * (shape.metadata["max"] + 1), "max"
        yield path, {"an": "object"}, "type"
    elif kind in ("integer", "long"):
        for rule, step in (("min", -1), ("max", 1)):
            if rule in shape.metadata:
                yield path, shape.metadata[rule] + step, rule
        yield path, "text", "type"
    elif kind == "boolean":
        yield path, "text", "type"


def replaced(body, path, value):
    """`body` with the value at the path replaced, or left out for None; None if the path is not there."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    if isinstance(body, list):
        if not body:
            return None
        inner = replaced(body[0], rest, value)
        return None if inner is None else [inner]
    if not isinstance(body, dict) or name not in body:
        return None
    copy = dict(body)
    if not rest:
        if value is None:
            del copy[name]
        else:
            copy[name] = value
        return copy
    inner = replaced(body[name], rest, value)
    if inner is None:
        return None
    copy[name] = inner
    return copy
