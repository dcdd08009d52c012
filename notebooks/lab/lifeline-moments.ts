import type { Scene } from './lifeline-scene';
import { namesOf } from './lifeline-words';

/** How long, in ms, a zombie has to be one to get room of its own on the axis: every child is one for a moment. */
const brief = 1;

/** Every moment at which something is drawn that needs a place of its own. */
export function momentsOf(scene: Scene): number[] {
  const { lanes, arrows, adoptions, acts, lifeline } = scene;
  const ofLanes = lanes.flatMap((lane) => {
    const begins = lane.lives.map(({ begin }) => begin.when);
    const ends = lane.lives.flatMap(({ end }) => (end === undefined ? [] : [end.when]));
    const sure = lane.lives.flatMap(({ end }) => (end?.after === undefined ? [] : [end.after]));
    const gones = lane.lives.flatMap(({ end, gone }) =>
      gone === undefined || (end !== undefined && gone.when - end.when < brief && gone.when < lifeline.to)
        ? []
        : [gone.when],
    );
    const subreapers = lane.lives.flatMap(({ subreaper }) => (subreaper === undefined ? [] : [subreaper.when]));
    const changes = namesOf(lane, scene).map(({ when }) => when);
    return [...edges(begins), ...edges(ends), ...edges(gones), ...edges(sure), ...subreapers, ...changes];
  });
  const ofRemnants = lifeline.remnants.flatMap(({ seen, gone }) => [seen.first, gone ?? seen.last]);
  const moments = [...ofLanes, ...ofRemnants, ...[...arrows, ...adoptions, ...acts].map(({ when }) => when)];
  return moments.filter((when) => when >= scene.from);
}

const edges = (all: number[]): number[] => (all.length === 0 ? [] : [Math.min(...all), Math.max(...all)]);
