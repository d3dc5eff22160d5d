import AWSModels
import AWSWire
import State

/// Rules for Service Connect. That a namespace exists cannot be checked: there is no AWS Cloud Map here yet.
/// Source: Amazon ECS API Reference, ServiceConnectConfiguration and the shapes in it; Amazon ECS Developer Guide,
/// Service Connect, Considerations.
enum ServiceConnectRules {
    /// The configuration of a request with the cluster's namespace where it names none.
    /// Source: Amazon ECS API Reference, ClusterServiceConnectDefaultsRequest.
    static func completed(
        _ configuration: ECS.ServiceConnectConfiguration?, _ cluster: String, _ snapshot: Snapshot
    ) -> ECS.ServiceConnectConfiguration? {
        guard var configuration, configuration.enabled, (configuration.namespace ?? "").isEmpty else {
            return configuration
        }
        configuration.namespace = snapshot.get(ClusterRecord.key(cluster))?.serviceConnectDefaults?.namespace
        return configuration
    }

    /// Checks the configuration of a service, when it is enabled.
    static func check(
        _ service: ServiceRecord, _ definition: TaskDefinitionRecord, _ snapshot: Snapshot
    ) throws(WireError) {
        guard let configuration = service.settings.serviceConnectConfiguration, configuration.enabled else { return }
        guard !(configuration.namespace ?? "").isEmpty else {
            throw .invalidParameter(
                "Service Connect needs a namespace. Specify a namespace, or set a default one for the cluster, and "
                    + "try again.")
        }
        let mode = definition.definition.networkMode
        guard mode != .host, mode != ECS.NetworkMode.none else {
            throw .invalidParameter("Service Connect is not supported when networkMode=\(mode?.rawValue ?? "").")
        }
        guard configuration.accessLogConfiguration == nil || configuration.logConfiguration != nil else {
            throw .invalidParameter("accessLogConfiguration needs a logConfiguration.")
        }
        let levels = (configuration.containerConfigurations ?? []).map(\.logLevel)
        guard levels.count <= 1, !levels.contains(nil) else {
            throw .invalidParameter("Each setting of containerConfigurations must be given once, in its own object.")
        }
        for endpoint in configuration.services ?? [] { try check(endpoint, definition) }
        try checkNames(service, snapshot)
    }

    // MARK: One endpoint

    private static func check(
        _ endpoint: ECS.ServiceConnectService, _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        guard let mapping = definition.mapping(named: endpoint.portName) else {
            throw .invalidParameter(
                "The Service Connect portName \(endpoint.portName) does not exist in the task definition. Specify the "
                    + "name of a port mapping and try again.")
        }
        guard isName(endpoint.discovery, maximumLength: 64, allowsDots: false) else {
            throw .invalidParameter(
                "Invalid discoveryName: \(endpoint.discovery). It can have up to 64 lowercase letters, numbers, "
                    + "underscores and hyphens, and must not begin with a hyphen.")
        }
        guard (endpoint.clientAliases ?? []).count <= 1 else {
            throw .invalidParameter("A Service Connect service can have one client alias at most.")
        }
        for alias in endpoint.clientAliases ?? [] { try check(alias) }
        guard endpoint.ingressPortOverride != 0 else {
            throw .invalidParameter("ingressPortOverride must be between 1 and 65535.")
        }
        if endpoint.timeout?.perRequestTimeoutSeconds != nil, mapping.appProtocol == nil {
            throw .invalidParameter("perRequestTimeoutSeconds needs a port mapping with an appProtocol.")
        }
        try check(endpoint.tls)
    }

    private static func check(_ alias: ECS.ServiceConnectClientAlias) throws(WireError) {
        guard alias.port > 0 else {
            throw .invalidParameter("The port of a client alias must be between 1 and 65535.")
        }
        if let name = alias.dnsName, !isName(name, maximumLength: 127, allowsDots: true) {
            throw .invalidParameter(
                "Invalid dnsName: \(name). It can have up to 127 lowercase letters, numbers, underscores, hyphens and "
                    + "periods, and must not begin with a hyphen.")
        }
        if let rules = alias.testTrafficRules, rules.header.name.isEmpty {
            throw .invalidParameter("The header of test traffic rules must have a name.")
        }
    }

    private static func check(_ tls: ECS.ServiceConnectTlsConfiguration?) throws(WireError) {
        guard let tls else { return }
        guard ARN.isARN(tls.issuerCertificateAuthority.awsPcaAuthorityArn, "acm-pca", "certificate-authority/") else {
            throw .invalidParameter("awsPcaAuthorityArn must be the ARN of a private certificate authority.")
        }
        if let role = tls.roleArn { try ARN.checkRole(role, "roleArn of tls") }
    }

    private static func isName(_ text: String, maximumLength: Int, allowsDots: Bool) -> Bool {
        (1...maximumLength).contains(text.utf8.count) && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
                    || (allowsDots && byte == 0x2E)
            }
    }

    // MARK: The namespace

    /// Names of endpoints, and names with ports that clients use, are unique in a namespace.
    private static func checkNames(_ service: ServiceRecord, _ snapshot: Snapshot) throws(WireError) {
        guard let configuration = service.settings.serviceConnectConfiguration else { return }
        let own = configuration.names
        guard Set(own).count == own.count else {
            throw .invalidParameter("The discovery names and client aliases of a service must be unique.")
        }
        guard !own.isEmpty else { return }
        for other in snapshot.list(ServiceRecord.self) where other.key != service.key && other.status != .inactive {
            guard let used = other.settings.serviceConnectConfiguration, used.enabled,
                used.namespace == configuration.namespace,
                let taken = used.names.first(where: { own.contains($0) })
            else { continue }
            throw .invalidParameter(
                "The name \(taken) is used by the service \(other.name) in the namespace "
                    + "\(configuration.namespace ?? ""). Specify another name and try again.")
        }
    }
}

extension ECS.ServiceConnectService {
    /// The name in the namespace: the port's unless said otherwise.
    fileprivate var discovery: String { discoveryName ?? portName }
}

extension ECS.ServiceConnectConfiguration {
    /// What must be unique in a namespace: `name` for each endpoint, `name:port` for each alias.
    fileprivate var names: [String] {
        (services ?? []).flatMap { endpoint in
            let aliases = (endpoint.clientAliases ?? []).map { alias in
                "\(alias.dnsName ?? "\(endpoint.discovery).\(namespace ?? "")"):\(alias.port)"
            }
            return [endpoint.discovery] + aliases
        }
    }
}
