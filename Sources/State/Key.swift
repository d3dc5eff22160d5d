/// The name of a record among those of its kind: components joined with `/`.
///
/// Components are names and identifiers that were checked before (letters, digits, `-` and `_`), so a component
/// never holds the separator.
package struct Key<R: Record>: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The components joined with `/`, for example `default/0a1b…` for a task.
    package let path: String

    /// Wraps a path that was made before.
    package init(path: String) {
        self.path = path
    }

    /// Joins components to a key.
    package init(_ components: String...) {
        path = components.joined(separator: "/")
    }

    package var description: String { "\(R.kind)/\(path)" }

    package static func < (left: Key, right: Key) -> Bool { left.path < right.path }
}
