import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  type _Object,
} from '@aws-sdk/client-s3';

/** Asks for one page of a list, when its turn has come and within the time for it. */
export type AskForPage = (command: ListObjectsV2Command) => Promise<ListObjectsV2CommandOutput>;

// Amazon's classes whose objects have to be restored before they can be read. Other servers have classes of these names
// too, whose objects can be read at once: the name says that they are to be asked.
const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** Whether an object is seen, yet perhaps cannot be read before it is restored. */
export function mayBeArchived({
  StorageClass,
  ArchiveStatus,
}: {
  StorageClass?: string;
  ArchiveStatus?: string;
}): boolean {
  return ArchiveStatus !== undefined || ARCHIVES.has(StorageClass ?? '');
}

/** Looks after the objects of a list that lie in an archive class. */
export class ArchivedObjects {
  /** Classes of which an object was read on this server. */
  readonly #readable = new Set<string>();

  /** `open` asks for the first byte of an object, and throws where it cannot be had. */
  constructor(
    private readonly ask: AskForPage,
    private readonly open: (key: string) => Promise<void>,
  ) {}

  /** Throws what `open` throws for an object of the page that cannot be read. `input` is what the page was asked with. */
  async require(objects: readonly _Object[], input: ListObjectsV2CommandInput): Promise<void> {
    const archived = objects.filter((object) => mayBeArchived(object) && !this.#readable.has(classOf(object)));
    if (archived.length === 0) return;
    // A header that not every server knows, so it is sent only where there is an archive.
    const again = await this.ask(new ListObjectsV2Command({ ...input, OptionalObjectAttributes: ['RestoreStatus'] }));
    const restored = new Set((again.Contents ?? []).filter(isRestored).map(({ Key }) => Key));
    for (const object of archived) {
      if (restored.has(object.Key) || this.#readable.has(classOf(object))) continue;
      await this.open(object.Key ?? '');
      this.#readable.add(classOf(object));
    }
  }
}

const classOf = ({ StorageClass: name }: _Object): string => name ?? '';

// While its copy is being made there is no date to which it is kept.
const isRestored = ({ RestoreStatus: restore }: _Object): boolean =>
  restore?.IsRestoreInProgress !== true && restore?.RestoreExpiryDate !== undefined;
