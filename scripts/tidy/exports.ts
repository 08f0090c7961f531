// What a module exports by name.

import ts from "typescript";
import { isExported, type Module } from "./rule.ts";

/** `declaration` is the statement or variable that makes the thing, where this file has it. */
export type Export = { readonly name: string; readonly node: ts.Node; readonly declaration: ts.Node | null };

/** The exports of a module in the order of the text. */
export function exportsOf(module: Module): readonly Export[] {
  return module.sourceFile.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return listed(statement);
    if (!isExported(statement)) return [];
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(declared);
    if (!isNamedDeclaration(statement) || statement.name === undefined) return [];
    return [{ name: statement.name.text, node: statement, declaration: statement }];
  });
}

function listed(statement: ts.ExportDeclaration): readonly Export[] {
  if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) return [];
  return statement.exportClause.elements.map((element) => ({
    name: element.name.text,
    node: element,
    declaration: null,
  }));
}

function declared(node: ts.VariableDeclaration): readonly Export[] {
  if (ts.isIdentifier(node.name)) return [{ name: node.name.text, node, declaration: node }];
  return node.name.elements.flatMap((element) =>
    ts.isBindingElement(element) && ts.isIdentifier(element.name)
      ? [{ name: element.name.text, node: element, declaration: null }]
      : [],
  );
}

type NamedDeclaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.EnumDeclaration;

function isNamedDeclaration(node: ts.Statement): node is NamedDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node)
  );
}
