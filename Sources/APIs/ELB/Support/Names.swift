import AWSWire

/// Names of load balancers and target groups.
/// Source: Elastic Load Balancing API Reference, CreateLoadBalancer (Name), CreateTargetGroup (Name).
enum Names {
    private static let maximumLength = 32

    /// Checks a name.
    /// - Parameter kind: for the message: `Load balancer` or `Target group`.
    static func check(_ name: String, _ kind: String) throws(WireError) {
        guard !name.isEmpty else { throw .validationError("\(kind) name cannot be empty") }
        guard name.utf8.count <= maximumLength else {
            throw .validationError("\(kind) name '\(name)' cannot be longer than '\(maximumLength)' characters")
        }
        let isWord = name.unicodeScalars.allSatisfy { scalar in
            scalar == "-" || scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }
        guard isWord else {
            throw .validationError(
                "\(kind) name '\(name)' can only contain characters that are alphanumeric characters and hyphens(-)")
        }
        guard name.first != "-", name.last != "-" else {
            throw .validationError("\(kind) name '\(name)' cannot begin or end with '-'")
        }
    }
}
