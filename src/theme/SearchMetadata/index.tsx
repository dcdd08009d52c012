/** Nothing: Docusaurus's tags are for a search service that is not used here. */
export default function SearchMetadata(): null {
  return null;
}
