import AWSWire
import Testing

@testable import Server

/// Where agents are told to dial: where they reached the region.
@Suite("The addressed endpoint") struct AddressedEndpointTests {
    private func endpoint(_ headers: HTTPHeaders) -> String? {
        HTTPRequestMessage(method: "POST", rawPath: "/", headers: headers).addressedEndpoint
    }

    @Test("it is what the sender wrote into Host, with TLS where a proxy says so")
    func named() {
        #expect(endpoint(["Host": "10.0.0.1:4566"]) == "http://10.0.0.1:4566")
        #expect(endpoint(["Host": "[fd00::1]:80"]) == "http://[fd00::1]:80")
        #expect(endpoint(["Host": "ecs.example.com", "X-Forwarded-Proto": "https"]) == "https://ecs.example.com")
        #expect(endpoint(["host": "a", "x-forwarded-proto": "gopher"]) == "http://a")
    }

    @Test(
        "what is no address is none",
        arguments: ["", "a/b", "a b", "user@host", "a?b", "a\"b", String(repeating: "a", count: 256)])
    func none(host: String) {
        #expect(endpoint(["Host": host]) == nil)
        #expect(endpoint([:]) == nil)
    }
}
