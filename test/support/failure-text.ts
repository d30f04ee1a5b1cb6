import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { SerializedError, TestModule } from 'vitest/node';

/** One test that did not pass, or one file that did not load; `errors` is empty where it was skipped or never ran. */
interface Failure {
  readonly name: string;
  readonly errors: ReadonlyArray<SerializedError>;
}

/** How many failures are shown with what was expected and what came; those after them only the first line. */
const shownInFull = 6;
const mostLines = 15;

/**
 * What failed in a run, as plain lines for the end of a log: for each test its project, file and full name, and the
 * first lines of its error with the difference and the place. The first few have up to 15 lines, the rest one.
 */
export function failureText(modules: ReadonlyArray<TestModule>, strays: ReadonlyArray<SerializedError>): string {
  const stray = strays.map((error) => ({ name: 'an error that belongs to no test', errors: [error] }));
  const all = [...modules.flatMap(failuresOf), ...stray];
  // What says why comes first: tests below a hook that failed have nothing to say.
  const failures = [
    ...all.filter(({ errors }) => errors.length > 0),
    ...all.filter(({ errors }) => errors.length === 0),
  ];
  return failures
    .map(({ name, errors }, at) => {
      const lines = errors.length === 0 ? ['did not run'] : errors.flatMap(errorLines);
      return [name, ...lines.slice(0, at < shownInFull ? mostLines : 1).map((line) => `    ${line}`)].join('\n');
    })
    .map((block) => `${block}\n`)
    .join('');
}

function failuresOf(module: TestModule): Failure[] {
  const place = `[${module.project.name}] ${relative(module.project.config.root, module.moduleId)}`;
  const bad = [...module.children.allTests()].filter((test) => test.result().state !== 'passed');
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  return [
    ...(module.errors().length > 0 ? [{ name: place, errors: module.errors() }] : []),
    ...suites.map((suite) => ({ name: `${place} > ${suite.fullName}`, errors: suite.errors() })),
    ...bad.map((test) => ({ name: `${place} > ${test.fullName}`, errors: test.result().errors ?? [] })),
  ];
}

/** The message, then the place in our own code, then the difference: what is cut off is the least telling. */
function errorLines(error: SerializedError): string[] {
  const frame = error.stacks?.[0];
  const place = frame
    ? `at ${relative(process.cwd(), frame.file)}:${frame.line}:${frame.column}`
    : (error.stack ?? '')
        .split('\n')
        .find((line) => /^\s*at /.test(line))
        ?.trim();
  const lines = [
    ...error.message.split('\n').slice(0, 6),
    ...(place ? [place] : []),
    ...(typeof error['diff'] === 'string' ? error['diff'] : '').split('\n'),
  ];
  return lines.map((line) => stripVTControlCharacters(line).trimEnd().slice(0, 200)).filter((line) => line !== '');
}
