import AWSWire

/// EC2's errors: its model names none, the list is in its documentation.
/// Source: Amazon EC2 API Reference, Error codes for the Amazon EC2 API.
extension WireError {
    static func invalidParameterValue(_ message: String) -> WireError {
        WireError(code: "InvalidParameterValue", message: message)
    }

    static func missingParameter(_ message: String) -> WireError {
        WireError(code: "MissingParameter", message: message)
    }

    static func invalidParameterCombination(_ message: String) -> WireError {
        WireError(code: "InvalidParameterCombination", message: message)
    }

    static func vpcNotFound(_ id: String) -> WireError {
        WireError(code: "InvalidVpcID.NotFound", message: "The vpc ID '\(id)' does not exist")
    }

    static func subnetIDNotFound(_ id: String) -> WireError {
        WireError(code: "InvalidSubnetID.NotFound", message: "The subnet ID '\(id)' does not exist")
    }

    static func interfaceNotFound(_ id: String) -> WireError {
        WireError(
            code: "InvalidNetworkInterfaceID.NotFound", message: "The networkInterface ID '\(id)' does not exist")
    }

    static func instanceNotFound(_ id: String) -> WireError {
        WireError(code: "InvalidInstanceID.NotFound", message: "The instance ID '\(id)' does not exist")
    }

    static func groupNotFound(_ name: String) -> WireError {
        WireError(code: "InvalidGroup.NotFound", message: "The security group '\(name)' does not exist")
    }

    static func ruleIDNotFound(_ id: String) -> WireError {
        WireError(
            code: "InvalidSecurityGroupRuleId.NotFound", message: "The security group rule ID '\(id)' does not exist")
    }

    /// The answer to a request with DryRun that would have succeeded.
    static var dryRun: WireError {
        WireError(
            code: "DryRunOperation", message: "Request would have succeeded, but DryRun flag is set.", status: 412)
    }
}
