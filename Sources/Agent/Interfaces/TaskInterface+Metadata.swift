import AWSWire

/// A task's network interface as its containers are told of it.
/// Source: Amazon ECS Developer Guide, task metadata endpoint version 4: Network; amazon-ecs-agent, ecs-agent/tmds.
extension TaskInterface {
    /// - Parameter version: of the endpoint. Before 4 it is only the address.
    func networks(version: Int) -> JSONValue {
        var value: JSONValue = ["NetworkMode": "awsvpc", "IPv4Addresses": [.string(address.description)]]
        guard version >= 4 else { return [value] }
        // The agent takes one interface, the first.
        value["AttachmentIndex"] = 0
        value["MACAddress"] = .string(macAddress)
        if let gateway { value["IPv4SubnetCIDRBlock"] = .string("\(gateway.network)/\(gateway.prefixLength)") }
        if !nameServers.isEmpty { value["DomainNameServers"] = .array(nameServers.map { .string($0) }) }
        if !domainNames.isEmpty { value["DomainNameSearchList"] = .array(domainNames.map { .string($0) }) }
        if !privateDNSName.isEmpty { value["PrivateDNSName"] = .string(privateDNSName) }
        if let gateway { value["SubnetGatewayIpv4Address"] = .string(gateway.description) }
        return [value]
    }
}
