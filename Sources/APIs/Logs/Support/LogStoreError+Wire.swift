import AWSWire
import LogStore

extension LogStoreError {
    /// The error as a client sees it. What the disk said is for the region's log, not for clients.
    var wire: WireError {
        switch kind {
        case .disk:
            WireError(
                code: "ServiceUnavailableException",
                message: "The events could not be kept: the disk of the region is full or fails.", status: 503)
        case .busy: .throttling
        case .moved(let expected):
            .invalidSequenceToken("The source was read up to \(expected).", expectedSequenceToken: expected)
        }
    }
}
