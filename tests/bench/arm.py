#!/usr/bin/env python3
"""Measures how belay evaluates large and hostile ARM templates, which it writes itself.

usage: arm.py --belay BIN [--runs N] [--keep DIR]

CPU seconds and peak memory are of whole processes on one worker, the median over the runs; each line names its bar, and the exit code is 1 when
one is missed. --keep writes the templates to DIR and leaves them there.
"""
import json
import sys

import bars

HEAD = {'$schema': 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#', 'contentVersion': '1.0.0.0'}


def template(**sections):
    return {'main.json': json.dumps({**HEAD, 'resources': [], **sections})}


def resource(**keys):
    return {'type': 'A.B/c', 'apiVersion': '1', 'name': 'n', **keys}


def copied(loop, count, **keys):
    return resource(**{'name': f"[concat('{loop}', copyIndex())]", 'copy': {'name': loop, 'count': count}, **keys})


def deployment(name, inner, **keys):
    return {'type': 'Microsoft.Resources/deployments', 'apiVersion': '1', 'name': name, 'properties': {
        'expressionEvaluationOptions': {'scope': 'inner'}, 'template': inner}, **keys}


def large():
    """5 MB with 10,000 copies that refer to each other by names that are not known."""
    name = "concat(parameters('x'), copyIndex())"
    properties = {'a': '[copyIndex()]', 'id': f"[resourceId('A.B/c', {name})]", 'ref': f'[reference({name}).a]'}
    return template(parameters={'x': {'type': 'string'}}, variables={'pad': ['y' * 100] * 50000},
                    resources=[copied('l', 10000, name=f'[{name}]', properties=properties)])


def plain(n):
    return template(resources=[resource(name=f'n{i}', properties={'of': f"[resourceId('A.B/c', 'n{i * 7 % n}')]"}) for i in range(n)])


def nested_properties(depth):
    inner = {'v': 1}
    for i in range(depth):
        inner = {'copy': [{'name': f'p{i}', 'count': 10000, 'input': inner}]}
    return template(resources=[resource(properties=inner)])


def nested_deployments(depth):
    inner = {**HEAD, 'resources': [copied('l', 100)]}
    for i in range(depth):
        inner = {**HEAD, 'resources': [deployment(f"[concat('d{i}', copyIndex())]", inner, copy={'name': f'c{i}', 'count': 100})]}
    return {'main.json': json.dumps(inner)}


def variables(n, first, rest):
    """Each variable is rest of the next one; the last is first."""
    return template(variables={**{f'v{i}': '[' + rest.replace('NEXT', f"variables('v{i + 1}')") + ']' for i in range(n)}, f'v{n}': first},
                    resources=[resource(name="[variables('v0')]", properties={'x': "[variables('v0')]"})])


def value(expression):
    return template(variables={'a': expression}, resources=[resource(properties={'x': "[variables('a')]"})])


RECURSIVE = [{'namespace': 'n', 'members': {'f': {'parameters': [{'name': 'x', 'type': 'string'}], 'output': {
    'type': 'string', 'value': "[n.f(concat(parameters('x'), parameters('x')))]"}}}}]

# name: (files, most CPU seconds, most MB)
CASES = {
    '5 MB with 10,000 copies': (large(), 2, 300),
    '20,000 resources': (plain(20000), 3, 300),
    'a chain of 10,000 references': (template(resources=[
        resource(name=f'r{i}', properties={'x': f"[reference('r{i + 1}').x]"}) for i in range(10000)]), 2, 300),
    'a copy of 1e9': (template(resources=[copied('l', 10**9)]), 1, 300),
    'a property copied 1e9 times': (template(resources=[resource(properties={'copy': [{'name': 'p', 'count': 10**9, 'input': 1}]})]), 1, 300),
    'copies in copies, 10,000 ** 4': (nested_properties(4), 1, 300),
    'children copied in copies': (template(resources=[copied('l', 10000, resources=[copied('k', 10000, type='d')])]), 1, 300),
    'deployments in deployments, 100 ** 7': (nested_deployments(6), 1, 300),
    'variables that refer to themselves': (template(variables={'a': "[variables('b')]", 'b': "[variables('a')]"},
                                                    resources=[resource(name="[variables('a')]")]), 1, 300),
    'a text doubled 60 times': (variables(60, 'aaaa', 'concat(NEXT, NEXT)'), 1, 300),
    'a format of eight, 30 times': (variables(30, 'aaaa', "format('{0}{0}{0}{0}{0}{0}{0}{0}', NEXT)"), 1, 300),
    'a list doubled 60 times': (variables(60, 'a', 'createArray(NEXT, NEXT)'), 1, 300),
    'a text replaced by itself': (variables(30, 'aaaa', "replace(NEXT, 'a', NEXT)"), 1, 300),
    'padding by 1e9': (value("[concat(padLeft('x', 1000000000), format('{0,999999}', 'x'))]"), 1, 300),
    'lambdas over 10,000 ** 2': (value("[map(range(0, 10000), lambda('x', map(range(0, 10000), lambda('y', "
                                       "add(lambdaVariables('x'), lambdaVariables('y'))))))]"), 1, 300),
    'a text doubled by reduce()': (value("[reduce(range(0, 10000), 'aaaa', lambda('x', 'y', "
                                         "concat(lambdaVariables('x'), lambdaVariables('x'))))]"), 1, 300),
    'a function that calls itself': (template(functions=RECURSIVE, resources=[resource(name="[n.f('a')]")]), 1, 300),
    'lists 10,000 levels deep': ({'main.json': json.dumps({**HEAD, 'resources': []})[:-1] + ', "x": ' + '[' * 10000 + ']' * 10000 + '}'}, 1, 300),
    'calls 10,000 levels deep': (value('[' + 'concat(' * 10000 + "'a'" + ')' * 10000 + ']'), 1, 300),
}


if __name__ == '__main__':
    sys.exit(bars.main(CASES))
