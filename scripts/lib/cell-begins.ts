/** The function of the global object that says which cell begins, in the process that runs the module of a notebook's cells. */
export const CELL_BEGINS = 'procnotesCellBegins';
