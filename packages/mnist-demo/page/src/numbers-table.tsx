// The numbers of a figure as a table: for those who do not see it, and whoever wants to know exactly.
import type { VNode } from "preact";
import { useState } from "preact/hooks";

interface NumbersTableProps {
  /** What the numbers are, in a few words: "the costs of 60 digits". */
  readonly of: string;
  readonly head: readonly string[];
  /** Asked for as long as the table is open; the first cell of each row names it. */
  readonly rows: () => readonly (readonly string[])[];
}

export function NumbersTable({ of, head, rows }: NumbersTableProps): VNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      class="numbers"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>In numbers: {of}</summary>
      {isOpen && (
        <div class="scroll" role="region" aria-label={`In numbers: ${of}`} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {head.map((name, i) => (
                  <th key={i} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([name, ...cells], i) => (
                <tr key={i}>
                  <th scope="row">{name}</th>
                  {cells.map((cell, k) => (
                    <td key={k}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
