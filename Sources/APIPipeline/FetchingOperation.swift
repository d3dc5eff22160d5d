import AWSWire
import State

/// An operation that needs something from beside the state, as an object of S3, before it is done in the writer lane.
package protocol FetchingOperation: Operation {
    // Said again, so that both are inferred from `perform`.
    associatedtype Input
    associatedtype Output
    /// What is fetched.
    associatedtype Fetched: Sendable

    /// Fetches, once the caller may do it.
    /// - Parameter answer: called once unless this throws, now or later, from any thread.
    func fetch(
        _ input: Input, _ call: Call, _ snapshot: Snapshot,
        answer: @escaping @Sendable (Result<Fetched, WireError>) -> Void
    ) throws(WireError)

    /// Does it with what was fetched. A thrown error undoes all changes.
    func perform(
        _ input: Input, with fetched: Fetched, _ call: Call, _ transaction: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> Output
}

extension FetchingOperation {
    package func perform(
        _ input: Input, _ call: Call, _ transaction: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> Output {
        preconditionFailure("a fetching operation is performed with what it fetched")
    }
}

/// The region's objects in S3, for operations that read them.
package struct ObjectSource: Sendable {
    package enum Failure: Error {
        /// There is no such object, or no such bucket.
        case notFound
        /// The region does not serve objects of this size.
        case tooLarge
        case unreadable
    }

    /// Finds the bytes of the object of a bucket and a key.
    package typealias Reader =
        @Sendable (
            _ bucket: String, _ key: String, _ answer: @escaping @Sendable (Result<[UInt8], Failure>) -> Void
        ) -> Void

    /// Reads an object. `answer` is called once, now or later, from any thread.
    package let read: Reader

    package init(read: @escaping Reader) { self.read = read }
}
