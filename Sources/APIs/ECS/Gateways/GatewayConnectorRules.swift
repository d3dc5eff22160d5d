import AWSModels
import AWSWire
import Scheduling
import State

/// Rules for the gateway connector of a service. The model allows one at most.
/// Source: Amazon ECS API Reference, GatewayConnector. The bounds of health checks are those of target groups: Elastic
/// Load Balancing API Reference, CreateTargetGroup and Matcher.
enum GatewayConnectorRules {
    /// Checks connectors against the definition they name a port of.
    static func check(
        _ connectors: [ECS.GatewayConnector], _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        for connector in connectors {
            guard
                definition.definition.containers.flatMap(\.mappings).contains(where: { $0.name == connector.portName })
            else {
                throw .invalidParameter(
                    "The gateway connector names the port \(connector.portName), which the task definition does not "
                        + "have. Specify the name of a port mapping and try again.")
            }
            if let types = connector.filters?.accessTypes, Set(types).count != types.count {
                throw .invalidParameter("The access types of a gateway connector must be unique.")
            }
            if let check = connector.healthCheck { try self.check(check) }
        }
    }

    /// Checks that a request's connectors reach a gateway, so that a service does not wait for a route for ever.
    static func checkReach(
        _ connectors: [ECS.GatewayConnector], _ cluster: String, _ snapshot: Snapshot
    ) throws(WireError) {
        for connector in connectors where gateways(for: connector, in: cluster, snapshot).isEmpty {
            throw .invalidParameter(
                "The cluster \(cluster) is not associated with a gateway that matches the gateway connector. "
                    + "Associate a gateway with the cluster and try again.")
        }
    }

    private static func check(_ check: ECS.GatewayConnectorHealthCheck) throws(WireError) {
        try expect(check.healthCheckPort, in: 1...65_535, "healthCheckPort")
        try expect(check.healthCheckTimeoutSeconds, in: 2...120, "healthCheckTimeoutSeconds")
        try expect(check.healthCheckIntervalSeconds, in: 5...300, "healthCheckIntervalSeconds")
        try expect(check.healthyThresholdCount, in: 2...10, "healthyThresholdCount")
        try expect(check.unhealthyThresholdCount, in: 2...10, "unhealthyThresholdCount")
        if let path = check.healthCheckPath, !path.hasPrefix("/") || path.utf8.count > 1_024 {
            throw .invalidParameter("healthCheckPath must begin with / and have up to 1024 characters.")
        }
        guard let matcher = check.matcher else { return }
        guard (matcher.httpCode == nil) != (matcher.grpcCode == nil) else {
            throw .invalidParameter("matcher must have either httpCode or grpcCode.")
        }
        if let codes = matcher.httpCode { try expect(codes, within: 200...599, "httpCode") }
        if let codes = matcher.grpcCode { try expect(codes, within: 0...99, "grpcCode") }
    }

    private static func expect(_ value: Int?, in range: ClosedRange<Int>, _ name: String) throws(WireError) {
        guard let value, !range.contains(value) else { return }
        throw .invalidParameter("\(name) must be between \(range.lowerBound) and \(range.upperBound).")
    }

    /// Codes are `200`, `200,202` or `200-299`.
    private static func expect(_ codes: String, within range: ClosedRange<Int>, _ name: String) throws(WireError) {
        for item in codes.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            let isRange = ends.count == 2 && ends[0] <= ends[1]
            guard ends.count == 1 || isRange, ends.allSatisfy(range.contains) else {
                throw .invalidParameter(
                    "\(name) must be codes or ranges of codes between \(range.lowerBound) and \(range.upperBound).")
            }
        }
    }
}
