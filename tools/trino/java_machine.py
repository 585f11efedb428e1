"""Runs the tests of a Java class as far as is needed to know what they assert.

What is not known becomes UNKNOWN, which makes everything that it touches UNKNOWN; assertions about it are counted as
not read.
"""
import collections

from java_class import JavaClass
from java_operations import UNKNOWN, JavaArray, as_float32, coerced, float_operation, integer_operation, wrapped
from java_syntax import Char, Float32, Long
from java_text import java_text


class Thrown(Exception):
    """A Java exception."""


class Return(Exception):
    def __init__(self, value):
        self.value = value


class Break(Exception):
    pass


class Continue(Exception):
    pass


class TooLong(Exception):
    """A test that takes too many steps."""


Symbol = collections.namedtuple("Symbol", "name")
Lambda = collections.namedtuple("Lambda", "names body scope")
Reference = collections.namedtuple("Reference", "target name")


class Instance:
    """An object of a record, enum or class of the tests."""

    def __init__(self, kind):
        self.kind, self.fields = kind, {}


class Scope:
    def __init__(self, parent=None, owner=None, this=None):
        self.parent, self.values, self.types = parent, {}, {}
        self.owner = owner or (parent.owner if parent else None)
        self.this = this or (parent.this if parent else None)

    def find(self, name):
        scope = self
        while scope is not None:
            if name in scope.values:
                return scope
            scope = scope.parent
        return None

    def declare(self, name, value, kind=None):
        self.values[name] = coerced(value, kind)
        self.types[name] = kind


class Machine:
    step_limit = 1_500_000

    def __init__(self, library, classes):
        self.library, self.classes = library, classes
        self.constants, self.steps = {}, 0
        self.unread = collections.Counter()
        library.machine = self

    def run(self, java_class, found):
        """Runs the tests of a class; its assertions go to found(case)."""
        self.constants = {}
        self.library.begin(java_class, found)
        for name, overloads in java_class.methods.items():
            for parameters, body, is_test, line in overloads:
                if is_test and not parameters:
                    self.steps = 0
                    try:
                        self.invoke_body(java_class, None, [], body, [])
                    except (Thrown, TooLong, RecursionError, Break, Continue, Return, ArithmeticError, ValueError, TypeError, AttributeError) as error:
                        self.unread[f"test ended: {type(error).__name__}"] += 1

    # Methods and fields

    def lineage(self, java_class):
        """The class, what it extends, and the classes around it."""
        result, pending = [], [java_class]
        while pending:
            one = pending.pop(0)
            if one is None or one in result:
                continue
            result.append(one)
            pending += [self.classes.get(one.base) if one.base else None, one.parent]
        return result

    def invoke_body(self, owner, this, parameters, body, arguments, kinds=()):
        scope = Scope(None, owner, this)
        for index, (name, variadic, kind) in enumerate(parameters):
            if variadic:
                rest = arguments[index:]
                scope.declare(name, rest[0] if len(rest) == 1 and isinstance(rest[0], JavaArray) else JavaArray(rest))
            else:
                scope.declare(name, arguments[index], kind)
        try:
            self.execute(body, scope)
        except Return as result:
            return result.value
        return None

    def find_method(self, owner, name, arguments, kinds):
        best = None
        for one in self.lineage(owner):
            for method in one.methods.get(name, ()):
                parameters = method[0]
                variadic = bool(parameters) and parameters[-1][1]
                if len(parameters) != len(arguments) and not (variadic and len(arguments) >= len(parameters) - 1):
                    continue
                score = sum(fits(p[2], a, k) for p, a, k in zip(parameters, arguments, kinds)) - 2 * variadic
                if best is None or score > best[0]:
                    best = (score, method, one)
        return best and best[1:]

    def field(self, owner, name):
        for one in self.lineage(owner):
            if name in one.fields:
                key = (id(one), name)
                if key not in self.constants:
                    self.constants[key] = UNKNOWN
                    node = one.fields[name]
                    value = UNKNOWN if node is None else self.evaluate(node, Scope(None, one))
                    self.constants[key] = value
                return self.constants[key]
            for constant, arguments in one.constants:
                if constant == name:
                    return self.enum_constant(one, constant, arguments)
            if name in one.inner:
                return one.inner[name]
        return None

    def enum_constant(self, kind, name, arguments):
        key = (id(kind), "enum", name)
        if key not in self.constants:
            values = [self.evaluate(a, Scope(None, kind)) for a in arguments]
            instance = self.create(kind, values)
            instance.fields["name"] = name
            self.constants[key] = instance
        return self.constants[key]

    def create(self, kind, arguments):
        instance = Instance(kind)
        for (name, _, _), value in zip(kind.components, arguments):
            instance.fields[name] = value
        for parameters, body, _, _ in kind.methods.get("<init>", ()):
            if len(parameters) == len(arguments):
                self.invoke_body(kind, instance, parameters, body, arguments)
        return instance

    # Statements

    def execute(self, node, scope):
        self.steps += 1
        if self.steps > self.step_limit:
            raise TooLong()
        getattr(self, "do_" + node[0])(node, scope)

    def do_block(self, node, scope):
        inner = Scope(scope)
        for statement in node[1]:
            self.execute(statement, inner)

    def do_unknown(self, node, scope):
        self.unread["statement not understood"] += 1

    def do_expression(self, node, scope):
        self.evaluate(node[1], scope)

    def do_declare(self, node, scope):
        for name, value in node[2]:
            scope.declare(name, UNKNOWN if value is None else self.evaluate(value, scope), node[1])

    def do_if(self, node, scope):
        condition = self.evaluate(node[1], scope)
        if condition is UNKNOWN:
            self.unread["if of what is not known"] += 1
        elif condition:
            self.execute(node[2], scope)
        elif node[3]:
            self.execute(node[3], scope)

    def do_for(self, node, scope):
        inner = Scope(scope)
        for statement in node[1]:
            self.execute(statement, inner)
        while self.evaluate(node[2], inner) is True:
            try:
                self.execute(node[4], inner)
            except Break:
                break
            except Continue:
                pass
            for step in node[3]:
                self.evaluate(step, inner)

    def do_each(self, node, scope):
        items = self.evaluate(node[2], scope)
        if isinstance(items, dict):
            items = list(items.items())
        if not isinstance(items, (list, tuple, set)):
            self.unread["loop over what is not known"] += 1
            return
        for item in list(items):
            inner = Scope(scope)
            inner.declare(node[1], item, node[4])
            try:
                self.execute(node[3], inner)
            except Break:
                break
            except Continue:
                pass

    def do_try(self, node, scope):
        try:
            self.execute(node[1], scope)
        except Thrown:
            if node[2]:
                self.execute(node[2][0], scope)
        finally:
            if node[3]:
                self.execute(node[3], scope)

    def do_return(self, node, scope):
        raise Return(None if node[1] is None else self.evaluate(node[1], scope))

    def do_throw(self, node, scope):
        raise Thrown()

    def do_break(self, node, scope):
        raise Break()

    def do_continue(self, node, scope):
        raise Continue()

    # Expressions

    def evaluate(self, node, scope):
        self.steps += 1
        if self.steps > self.step_limit:
            raise TooLong()
        kind = node[0]
        if kind == "literal":
            return node[1]
        if kind == "name":
            return self.name(node[1], scope)
        if kind == "call":
            return self.call(node, scope)
        return getattr(self, "value_" + kind.replace(" ", "_"))(node, scope)

    def name(self, name, scope):
        found = scope.find(name)
        if found:
            return found.values[name]
        if name == "this":
            return scope.this or Symbol("this")
        if scope.this and name in scope.this.fields:
            return scope.this.fields[name]
        value = self.field(scope.owner, name)
        if value is not None:
            return value
        if any(name in one.fields for one in self.lineage(scope.owner)):
            return None
        return self.library.constant(name)

    def value_unknown(self, node, scope):
        return UNKNOWN

    def value_if(self, node, scope):
        condition = self.evaluate(node[1], scope)
        if condition is UNKNOWN:
            return UNKNOWN
        return self.evaluate(node[2] if condition else node[3], scope)

    def value_lambda(self, node, scope):
        return Lambda(node[1], node[2], scope)

    def value_reference(self, node, scope):
        return Reference(self.evaluate(node[1], scope), node[2])

    def value_array(self, node, scope):
        return JavaArray(self.evaluate(item, scope) for item in node[1])

    def value_array_of(self, node, scope):
        size = self.evaluate(node[2][0], scope) if node[2] else 0
        zero = 0 if node[1] in ("int", "long", "byte", "short") else False if node[1] == "boolean" else None
        return JavaArray([zero] * size) if isinstance(size, int) and size < 1 << 20 else UNKNOWN

    def value_index(self, node, scope):
        target, index = self.evaluate(node[1], scope), self.evaluate(node[2], scope)
        if not isinstance(target, (list, tuple)) or not isinstance(index, int):
            return UNKNOWN
        if not 0 <= index < len(target):
            raise Thrown()
        return target[index]

    def value_field(self, node, scope):
        target = self.evaluate(node[1], scope)
        if isinstance(target, JavaClass):
            value = self.field(target, node[2])
            return UNKNOWN if value is None else value
        if isinstance(target, Instance):
            return target.fields.get(node[2], UNKNOWN)
        if isinstance(target, list) and node[2] == "length":
            return len(target)
        return self.library.field(target, node[2])

    def value_new(self, node, scope):
        arguments = [self.evaluate(a, scope) for a in node[2]]
        found = self.class_named(node[1], scope.owner)
        if found:
            return self.create(found, arguments)
        return self.library.create(node[1], arguments)

    def class_named(self, name, owner):
        for one in self.lineage(owner):
            if name in one.inner:
                return one.inner[name]
        return None

    def value_cast(self, node, scope):
        value = self.evaluate(node[2], scope)
        if isinstance(value, bool) or not isinstance(value, (int, float, Char)):
            return value
        if isinstance(value, Char):
            value = ord(value)
        bits = {"int": 32, "long": 64, "short": 16, "byte": 8}.get(node[1])
        if bits:
            if isinstance(value, float):
                if value != value:
                    return 0
                wide = 64 if bits == 64 else 32
                value = int(max(-(2.0 ** (wide - 1)), min(value, 2.0 ** (wide - 1) - 1)))
            value = wrapped(int(value), bits)
            return Long(value) if bits == 64 else value
        if node[1] == "char":
            return Char(chr(int(value)))
        if node[1] == "double":
            return float(value)
        return as_float32(float(value)) if node[1] == "float" else coerced(value, node[1])

    def value_unary(self, node, scope):
        sign, value = node[1], self.evaluate(node[2], scope)
        if sign in ("++", "--"):
            return self.value_assign(("assign", sign[0] + "=", node[2], ("literal", 1)), scope)
        if value is UNKNOWN:
            return UNKNOWN
        if sign == "!":
            return not value
        if not isinstance(value, (int, float)):
            return UNKNOWN
        if sign == "+":
            return value
        if isinstance(value, float):
            return type(value)(-value)
        result = ~value if sign == "~" else -value
        return Long(wrapped(result, 64)) if isinstance(value, Long) else wrapped(result, 32)

    def value_assign(self, node, scope):
        value = self.evaluate(node[3], scope)
        if node[1] != "=":
            value = self.operate(node[1][0], self.evaluate(node[2], scope), value)
        target = node[2]
        if target[0] == "name":
            found = scope.find(target[1])
            if found:
                found.values[target[1]] = coerced(value, found.types.get(target[1]))
            else:
                for one in self.lineage(scope.owner):
                    if target[1] in one.fields:
                        self.constants[(id(one), target[1])] = value
        elif target[0] == "index":
            array, index = self.evaluate(target[1], scope), self.evaluate(target[2], scope)
            if isinstance(array, list) and isinstance(index, int) and 0 <= index < len(array):
                array[index] = value
        elif target[0] == "field" and target[1] == ("name", "this") and scope.this:
            scope.this.fields[target[2]] = value
        return value

    def value_binary(self, node, scope):
        sign, left = node[1], self.evaluate(node[2], scope)
        if sign in ("&&", "||"):
            if left is UNKNOWN:
                return UNKNOWN
            if left is (sign == "||"):
                return left
            return self.evaluate(node[3], scope)
        return self.operate(sign, left, self.evaluate(node[3], scope))

    def operate(self, sign, left, right):
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        if sign in ("==", "!="):
            same = left is right or (left is not None and right is not None and left == right)
            return same == (sign == "==")
        if sign == "+" and (isinstance(left, str) and not isinstance(left, Char) or isinstance(right, str)):
            left, right = java_text(left), java_text(right)
            return UNKNOWN if left is None or right is None else left + right
        if isinstance(left, Char):
            left = ord(left)
        if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
            return UNKNOWN
        return self.calculate(sign, left, right)

    def calculate(self, sign, left, right):
        if sign in ("<", ">", "<=", ">="):
            return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]
        if isinstance(left, bool):
            return {"&": left and right, "|": left or right, "^": left != right}.get(sign, UNKNOWN)
        if isinstance(left, float) or isinstance(right, float):
            result = float_operation(sign, float(left), float(right))
            is_double = any(isinstance(x, float) and not isinstance(x, Float32) for x in (left, right))
            return result if result is UNKNOWN or is_double else as_float32(result)
        bits = 64 if isinstance(left, Long) or isinstance(right, Long) else 32
        if sign in ("<<", ">>", ">>>"):
            bits = 64 if isinstance(left, Long) else 32
        result = integer_operation(sign, int(left), int(right), bits)
        if result is UNKNOWN:
            return result
        return Long(wrapped(result, 64)) if bits == 64 else wrapped(result, 32)

    # Calls

    def call(self, node, scope):
        _, target_node, name, argument_nodes, line = node
        target = None
        if target_node == ("name", "super"):
            target_node = None
        if target_node is not None:
            target = self.evaluate(target_node, scope)
        arguments = [self.evaluate(a, scope) for a in argument_nodes]
        kinds = [self.static_kind(a, scope) for a in argument_nodes]
        if target_node is None:
            return self.call_unqualified(name, arguments, kinds, scope, line)
        if isinstance(target, JavaClass):
            return self.call_of_class(target, name, arguments, kinds)
        if isinstance(target, Instance):
            return self.call_of_instance(target, name, arguments, kinds)
        if isinstance(target, Lambda):
            return self.apply(target, arguments)
        return self.library.method(target, name, arguments, line)

    def call_unqualified(self, name, arguments, kinds, scope, line):
        if not self.library.is_own(name):
            found = self.find_method(scope.owner, name, arguments, kinds)
            if found:
                (parameters, body, _, _), owner = found
                return self.invoke_body(owner, scope.this, parameters, body, arguments)
        return self.library.function(name, arguments, line)

    def call_of_class(self, target, name, arguments, kinds):
        if name == "values" and target.constants:
            return [self.enum_constant(target, *constant) for constant in target.constants]
        found = self.find_method(target, name, arguments, kinds)
        if not found:
            return UNKNOWN
        (parameters, body, _, _), owner = found
        return self.invoke_body(owner, None, parameters, body, arguments)

    def call_of_instance(self, target, name, arguments, kinds):
        if not arguments and name in target.fields and name not in target.kind.methods:
            return target.fields[name]
        found = self.find_method(target.kind, name, arguments, kinds)
        if not found:
            return UNKNOWN
        (parameters, body, _, _), owner = found
        return self.invoke_body(owner, target, parameters, body, arguments)

    def static_kind(self, node, scope):
        if node[0] == "name":
            found = scope.find(node[1])
            return found.types.get(node[1]) if found else None
        return None

    def apply(self, function, arguments):
        """The value of a lambda or of a method reference."""
        if isinstance(function, Lambda):
            inner = Scope(function.scope)
            for name, value in zip(function.names, arguments):
                inner.declare(name, value)
            if function.body[0] == "block":
                try:
                    self.execute(function.body, inner)
                except Return as result:
                    return result.value
                return None
            return self.evaluate(function.body, inner)
        if isinstance(function, Reference):
            if isinstance(function.target, JavaClass):
                return self.call_of_class(function.target, function.name, arguments, [None] * len(arguments))
            return self.library.apply_reference(function.target, function.name, arguments)
        return UNKNOWN


BOXED = {
    "Boolean": bool, "boolean": bool, "String": str, "Integer": int, "int": int, "Long": Long, "long": Long,
    "Double": float, "double": float, "Float": Float32, "float": Float32,
}


def fits(parameter, value, kind):
    """How well a value fits a parameter's type."""
    if kind is not None and kind.split(".")[-1] == parameter.split(".")[-1]:
        return 4
    python = BOXED.get(parameter)
    if value is None:
        return 1 if parameter not in ("int", "long", "double", "float", "boolean") else -9
    if python is None:
        if parameter.startswith("List") or parameter.endswith("[]"):
            return 2 if isinstance(value, list) else -9
        if parameter in ("Object", "V", "T"):
            return 0
        return -9 if isinstance(value, (bool, int, float, str)) else 1
    if type(value) is python:
        return 3
    if isinstance(value, bool) or python is bool:
        return -9
    return 1 if isinstance(value, python) or (python is not str and isinstance(value, (int, float))) else -9
