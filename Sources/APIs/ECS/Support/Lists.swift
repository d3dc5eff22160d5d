import AWSModels
import AWSWire

/// Rules for the lengths of list members.
enum Lists {
    /// - Parameter noun: the list as ECS names it in its messages, for example `Tasks`.
    /// - Throws: `InvalidParameterException` for an empty list and for more than `maximum` elements.
    static func check(_ noun: String, _ count: Int, maximum: Int) throws(WireError) {
        guard count > 0 else { throw .invalidParameter("\(noun) cannot be empty.") }
        guard count <= maximum else {
            throw .invalidParameter("\(noun) cannot have more than \(maximum) elements.")
        }
    }
}
