import AWSWire
import State

/// Decides whether a caller may do something: the one place where policies will be evaluated.
package protocol AccessDeciding: Sendable {
    /// - Throws: `AccessDeniedException` in AWS's words when `caller` may not.
    func decide(_ request: AccessRequest, _ caller: Caller, _ snapshot: Snapshot) throws(WireError)
}

/// The account's root user may do everything, and nobody else exists yet.
/// Source: AWS IAM User Guide, Policy evaluation logic.
package struct RootOnlyAccess: AccessDeciding {
    package init() {}

    package func decide(_ request: AccessRequest, _ caller: Caller, _ snapshot: Snapshot) throws(WireError) {
        guard caller.arn == snapshot.realm.root else {
            throw .accessDenied(
                "User: \(caller.arn) is not authorized to perform: \(request.action) on resource: \(request.resource) "
                    + "because no identity-based policy allows the \(request.action) action")
        }
    }
}
