import Synchronization

/// Things that are done one after another, in the order in which they came, by whoever finds nobody at it: nobody waits
/// for a lock while somebody works, and no thread is needed.
final class SerialQueue<Item: Sendable>: Sendable {
    private struct Contents {
        var items: [Item] = []
        var isTaken = false
    }

    private let contents = Mutex(Contents())

    /// Adds an item that somebody will do.
    func add(_ item: Item) { contents.withLock { $0.items.append(item) } }

    /// Adds an item, and does all that come up unless somebody is at it.
    func run(_ item: Item, _ body: (Item) -> Void) {
        let isFree = contents.withLock { contents in
            contents.items.append(item)
            defer { contents.isTaken = true }
            return !contents.isTaken
        }
        if isFree { work(body) }
    }

    /// Does all that come up, unless somebody is at it.
    func drain(_ body: (Item) -> Void) {
        let isFree = contents.withLock { contents in
            defer { contents.isTaken = true }
            return !contents.isTaken
        }
        if isFree { work(body) }
    }

    private func work(_ body: (Item) -> Void) {
        while let items = takeItems() {
            for item in items { body(item) }
        }
    }

    /// What came up; nil when there is nothing, and then the queue is free.
    private func takeItems() -> [Item]? {
        contents.withLock { contents in
            guard !contents.items.isEmpty else {
                contents.isTaken = false
                return nil
            }
            defer { contents.items = [] }
            return contents.items
        }
    }
}
