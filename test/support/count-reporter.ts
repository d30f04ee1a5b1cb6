import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { failureText } from './failure-text.js';

/**
 * Counts a run for programs that read only that: prints `N passed, N failed` as its last line, and where TEST_COUNTS
 * names a file, writes both numbers there as well; where TEST_FAILURES does, what failed, in a few lines each. A test that was skipped or never ran proved nothing and counts as
 * failed; so does a file that could not be loaded, and an error that belongs to no test.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<SerializedError> = []): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const good = tests.filter((test) => test.result().state === 'passed').length;
      const bad = tests.length - good;
      passed += good;
      failed += bad === 0 && module.state() !== 'passed' ? 1 : bad;
    }
    const file = process.env.TEST_COUNTS;
    if (file) writeFileSync(file, `${passed} ${failed}\n`);
    const failures = process.env.TEST_FAILURES;
    if (failures) writeFileSync(failures, failureText(modules, errors));
    setTimeout(() => console.log(`${passed} passed, ${failed} failed`), 0);
  }
}
