import { z } from 'zod';
import { compileExpression, type Expression, InvalidExpression, type Wants } from '../cel/expression.ts';
import type { About } from '../cel/tree.ts';
import { InvalidDocument } from '../errors.ts';

/** Most characters of an expression (rules 17.1). */
const EXPRESSION_LIMIT = 2_000;

/** Published form of an expression in CEL. */
export const conditionText = z.string().max(EXPRESSION_LIMIT);

/**
 * Reads an expression in CEL that has to give what `wants` says, and gives its text as it is. Throws InvalidDocument, whose reason ends
 * with line and column.
 */
export function expressionAt(value: unknown, path: string, wants: Wants): string {
  return compiledAt(value, path, wants, 'event').text;
}

/** Reads a condition about what is to become an event; it names `entry` and `headers`. @throws InvalidDocument as `expressionAt` */
export function entryExpressionAt(text: string, path: string): Expression {
  return compiledAt(text, path, 'boolean', 'entry');
}

function compiledAt(value: unknown, path: string, wants: Wants, about: About): Expression {
  try {
    return compileExpression(value as string, wants, about);
  } catch (error) {
    if (error instanceof InvalidExpression) throw new InvalidDocument(path, error.message, value);
    throw error;
  }
}
