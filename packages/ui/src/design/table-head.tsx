/** A column of a table: its title, and how what is below it looks. */
export interface TableColumn {
  readonly title: string;
  readonly isNumber?: boolean;
  /** Of a column whose cells are pictures: only read out. */
  readonly isHidden?: boolean;
}

/** The head of a plain table. Numbers stand at the right. */
export function TableHead({ columns }: { readonly columns: readonly TableColumn[] }) {
  return (
    <thead>
      <tr>
        {columns.map(({ title, isNumber, isHidden }) => (
          <th key={title} scope="col" className={isNumber === true ? "number" : undefined}>
            {isHidden === true ? <span className="visually-hidden">{title}</span> : title}
          </th>
        ))}
      </tr>
    </thead>
  );
}
