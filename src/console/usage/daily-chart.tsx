import type { UsageQuery } from "../generated/graphql";
import { day, figure } from "../words";

type Days = UsageQuery["workspace"]["usage"]["daily"];

const WIDTH = 720;
const HEIGHT = 210;
const LEFT = 56;
const BOTTOM = 34;
/** The room that a day's name takes. */
const NAME = 44;
/** At most so many days are named below the chart. */
const NAMED_DAYS = 8;

/** Tokens by UTC day, own keys upon metered. What it draws can be read in the table below it. */
export function DailyChart({ days }: { days: Days }) {
  const most = niceCeiling(
    Math.max(...days.map(({ metered, byok }) => metered.usage.totalTokens + byok.usage.totalTokens), 1),
  );
  const height = (tokens: number) => (tokens / most) * (HEIGHT - BOTTOM - 8);
  const step = (WIDTH - LEFT) / days.length;
  const bar = Math.min(step * 0.7, 36);
  const every = Math.ceil(days.length / NAMED_DAYS);
  return (
    <section className="card chart" aria-labelledby="daily">
      <h2 id="daily">By day</h2>
      <p className="legend" aria-hidden="true">
        <span data-series="metered">Metered</span>
        <span data-series="byok">Own keys</span>
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {[0, most / 2, most].map((tokens) => {
          const y = HEIGHT - BOTTOM - height(tokens);
          return (
            <g key={tokens}>
              <line x1={LEFT} x2={WIDTH} y1={y} y2={y} />
              <text x={LEFT - 8} y={y + 4} textAnchor="end">
                {compact(tokens)}
              </text>
            </g>
          );
        })}
        {days.map(({ day: start, metered, byok }, index) => {
          const x = LEFT + step * index + (step - bar) / 2;
          const base = HEIGHT - BOTTOM;
          const [low, high] = [height(metered.usage.totalTokens), height(byok.usage.totalTokens)];
          return (
            <g key={start}>
              <rect data-series="metered" x={x} y={base - low} width={bar} height={low} />
              <rect data-series="byok" x={x} y={base - low - high} width={bar} height={high} />
              {index % every === 0 && (
                <text x={Math.min(x + bar / 2, WIDTH - NAME / 2)} y={HEIGHT - 6} textAnchor="middle">
                  {day(start)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <details>
        <summary>As a table</summary>
        <table aria-labelledby="daily">
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col" className="figure">
                Metered
              </th>
              <th scope="col" className="figure">
                Own keys
              </th>
            </tr>
          </thead>
          <tbody>
            {days.map(({ day: start, metered, byok }) => (
              <tr key={start}>
                <th scope="row">{day(start)}</th>
                <td className="figure">{figure(metered.usage.totalTokens)}</td>
                <td className="figure">{figure(byok.usage.totalTokens)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

/** The next of 1, 2, 5, 10, 20, … */
function niceCeiling(count: number): number {
  const power = 10 ** Math.floor(Math.log10(count));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= count) ?? count;
}

function compact(count: number): string {
  return new Intl.NumberFormat("en", { notation: "compact" }).format(count);
}
