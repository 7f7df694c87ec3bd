/** A text that is no condition (rules 17.1). The message is `<reason> at <line>:<column>`, both counted from 1. */
export class InvalidExpression extends Error {
  readonly reason: string;
  readonly line: number;
  readonly column: number;

  constructor(reason: string, line: number, column: number) {
    super(`${reason} at ${line}:${column}`);
    this.name = 'InvalidExpression';
    this.reason = reason;
    this.line = line;
    this.column = column;
  }

  /** The error at an offset (in UTF-16 units) of the text. */
  static at(reason: string, text: string, offset: number): InvalidExpression {
    const before = text.slice(0, offset).split('\n');
    return new InvalidExpression(reason, before.length, [...(before.at(-1) ?? '')].length + 1);
  }
}
