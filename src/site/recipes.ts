/** The recipes, as pages show them: what each says of itself, its script, and the recording of one with several terminals. */
import { loadPages } from '../../scripts/lib/project';
import { readRecipes } from '../../scripts/lib/recipes/recipe';
import { loadRecordings } from '../../scripts/lib/recipes/recordings';
import { scriptOf } from '../../scripts/lib/recipes/script';
import { noteAddress, recipeAnchor, scriptAddress } from './addresses';
import { type RecordingData, recordingData } from './recordings';

/** A recipe, where it stands in its note. */
export interface RecipeData {
  id: string;
  title: string;
  href: string;
  shows: string[];
  shells: string[];
  needs: string[];
  /** Where it is as a script. */
  script: string;
  /** Of what it takes two terminals or more for. */
  recording?: RecordingData;
}

/** Every recipe of the notes, and the files that belong to them. Throws SourceErrors, also for an unknown claim or a stale recording. */
export async function loadRecipeData(
  claims: string[],
): Promise<{ recipes: Map<string, RecipeData>; files: Map<string, string> }> {
  const read = readRecipes(loadPages(), claims);
  const casts = loadRecordings(read);
  const recipes = new Map<string, RecipeData>();
  const files = new Map<string, string>();
  for (const recipe of read) {
    const { id, title, file, claims: shows, shells, needs } = recipe;
    const script = scriptAddress(id);
    files.set(script, scriptOf(recipe));
    const recorded = casts.get(id);
    const recording = recorded && (await recordingData(id, recorded));
    for (const [address, text] of recording?.files ?? []) files.set(address, text);
    const href = `${noteAddress(file)}#${recipeAnchor(id)}`;
    const lists = { shows: [...shows], shells: [...shells], needs: [...needs] };
    recipes.set(id, { id, title, href, ...lists, script, ...(recording && { recording: recording.data }) });
  }
  return { recipes, files };
}
