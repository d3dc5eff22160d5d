/// Why an exchange came to nothing.
package enum HTTPClientError: Error, Sendable, Equatable {
    /// No connection could be made, or it broke before the answer was complete.
    case unreachable(String)
    /// The answer did not come in time.
    case timeout
    /// The answer was larger than allowed.
    case tooLarge
}
