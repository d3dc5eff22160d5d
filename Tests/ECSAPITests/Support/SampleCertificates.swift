/// Certificates and keys of nobody, made with OpenSSL for these tests.
enum SampleCertificates {
    /// For `example.com` and `*.example.com`, by `root`, valid from 2025 to 2045.
    static let rsaCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIDbTCCAlWgAwIBAgIDChstMA0GCSqGSIb3DQEBCwUAMDIxDTALBgNVBAMMBHJv
        b3QxFDASBgNVBAoMC1Jvb3N0IFRlc3RzMQswCQYDVQQGEwJVUzAeFw0yNTAxMDEw
        MDAwMDBaFw00NTAxMDEwMDAwMDBaMCYxFDASBgNVBAMMC2V4YW1wbGUuY29tMQ4w
        DAYDVQQKDAVSb29zdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAJaX
        fnCDBK00UZEQ6qlEs+6ezsbUg4vzPd4TkJmSS3iBfY359J46pJE9yVKkLKA1LUYe
        p2pDaTJMBJ7AC7XdSrGJwqjQFHQXTviTcmw2yaN9NHIYigNUtriytlk3KZbQNXms
        F8A4BavfEm80CsdvmofdFBya9Pdal4CerInI4OC1nGBHiFcCKGJW9IbNjxJnb5DR
        aO4x8JuvM+iVYD55HfJpgqA4Q3kBNvyTEx0qe5tTLNDGuWNV2rPdjFP7ISHfMNB4
        bgCu96G5reaV9XI6UpMESoNmMJhTDyDTOCe2oVUxjpMDIQuDxq9j9sFfIitqtixa
        1SLXl08OuN8l1ts6ge8CAwEAAaOBlzCBlDArBgNVHREEJDAiggtleGFtcGxlLmNv
        bYINKi5leGFtcGxlLmNvbYcECgAAATAdBgNVHQ4EFgQUkewn9/lvlrpeu09/dYIz
        H5j99zcwRgYDVR0jBD8wPaE2pDQwMjENMAsGA1UEAwwEcm9vdDEUMBIGA1UECgwL
        Um9vc3QgVGVzdHMxCzAJBgNVBAYTAlVTggMKGywwDQYJKoZIhvcNAQELBQADggEB
        AGQcGo+/DamL025U6laO4S0P2woxEOIA8g5euiINadfiqN2Cs9v160w2Ver1869i
        QFU70ZRJjoQUFz+c6g7er5Ao17Ympeo2oYIndopQKe3dvgyAtnIm+N4cegwbpfpN
        CmQJ+Awh5NN8aDVLRZrXyrTICcEsWqqvFE9KXQEq9KXvrkuLKueKk/T0zVWIAHAp
        cEnm/DeNFxjo6BJM4VKyOn7+HHGkSWd0Rq3eGrouQyOlXHdG4YaPRkpFhWad9m7e
        DNmNhUez1ezKIb3ol4ym+V+3UG08hpL63TFP/q5Xral9CuQ4W1QO6MnVWaO/YLDH
        sNnX5A4huufyQGlmOCO2ZaE=
        -----END CERTIFICATE-----
        """

    /// PKCS #8.
    static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCWl35wgwStNFGR
        EOqpRLPuns7G1IOL8z3eE5CZkkt4gX2N+fSeOqSRPclSpCygNS1GHqdqQ2kyTASe
        wAu13UqxicKo0BR0F074k3JsNsmjfTRyGIoDVLa4srZZNymW0DV5rBfAOAWr3xJv
        NArHb5qH3RQcmvT3WpeAnqyJyODgtZxgR4hXAihiVvSGzY8SZ2+Q0WjuMfCbrzPo
        lWA+eR3yaYKgOEN5ATb8kxMdKnubUyzQxrljVdqz3YxT+yEh3zDQeG4Arvehua3m
        lfVyOlKTBEqDZjCYUw8g0zgntqFVMY6TAyELg8avY/bBXyIrarYsWtUi15dPDrjf
        JdbbOoHvAgMBAAECggEASrSRuYANkF0Nf8EcIGegOWaX3qQrNACxttsO11hvTzMx
        1X5j3yDpZdH4byJZrwpiUNBBLiKN67Exc42C4bALb2KPak57bxHnD8KZt1xAkHW6
        0EUjJj7evGaPtld6rsHQXXFFgQppqdcqXnc7R6+yQecnJH+suY677McKgfngsSgz
        vkJDX8sXDMC3Kx0mydTmH+qjAzJgIH488byIAkavntVBry5yoL+RotNRD5btLm4a
        lRTWKkQ0XIyg31e6A7/hiWtRmenMkSJoVBe5czUMcQ0OyuRKCo8oH9astbVY2cLG
        hNA8eXQMs5djqeLyIXb1btGYb36Fwtqzj1o82EjblQKBgQDTIjvvja02jX9ueXwl
        sgxLaEu7cK3aUrDtqjbNDyoupPcfX0MWtx2W3V6enQIHh+eCDoznH9mUEGkfcaB4
        XDUacRPVqhqzV+w59WE2Jpl1q++vFDrWIODrMYdrWIRtkPiey32wQWud/30TvLaV
        ObrTMFlxdb04rBCI1clLGuv1XQKBgQC2l8BYudj8vwdH6SJDFqoYdnRS2zoZX3GI
        VdyzcFPWVV+EZ4Mrr1kTtw3XWW3eoz9P2a79kQ36WxVrqPVyPG1I9SkA4ZwR9xfC
        7HoqUToVpZdfysC25/1FX0+rd52V1YZbXO5VaNk9SulUZ1IKjZMXfKklVf/oGLIg
        yrRkZGPzuwKBgD0aoEwBLcsnAmVfpW1nbSV5xsk1oCsaWXg/FeMc63FabubWdB0j
        291ordSrzgWN8JN0UJUnY5n1cecWxIFw9jFz3nCs7VNQM97GRF8eprUmkJST/z8v
        fsiyqeWIVbM8DKgwbmzPUi0E3xcSO6lObuJmEMzEbYH0Uki3zqz82qNFAoGAVOPG
        fDmjRRZ3Bxq/YBt4ZzkjKaZco5E5El6A5jfR8nLsnn0VgcjbDAxt9fHQ39Jby/7z
        mVXH/t473jrGKh8n2+SG9K7vRXbwaCJTRbtP2uKKtvFnmWHP4WHHg3twG0oTVgSl
        lbXSUemzAxeqD9f0S9YcOYx7Fmfs4Mv9BDOcOKMCgYAz6+XxNZ9X898E8FeBh/eT
        NVSah10nsLRKLp2J7BrvInFpS2HNGQ1ABNF7WhK0VedfVlmdPKEyHm9vxMBtcI9/
        y9PvbNz3LWQZOUzHd8CGW+AvdiV5ORNvGAGwV6MhxUeagR8XFa46b9Cw9ceeaonJ
        0oHvrl9GnUmHqd8sEfGvtQ==
        -----END PRIVATE KEY-----
        """

    /// The same key in the older form.
    static let rsaKeyPKCS1 = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEogIBAAKCAQEAlpd+cIMErTRRkRDqqUSz7p7OxtSDi/M93hOQmZJLeIF9jfn0
        njqkkT3JUqQsoDUtRh6nakNpMkwEnsALtd1KsYnCqNAUdBdO+JNybDbJo300chiK
        A1S2uLK2WTcpltA1eawXwDgFq98SbzQKx2+ah90UHJr091qXgJ6sicjg4LWcYEeI
        VwIoYlb0hs2PEmdvkNFo7jHwm68z6JVgPnkd8mmCoDhDeQE2/JMTHSp7m1Ms0Ma5
        Y1Xas92MU/shId8w0HhuAK73obmt5pX1cjpSkwRKg2YwmFMPINM4J7ahVTGOkwMh
        C4PGr2P2wV8iK2q2LFrVIteXTw643yXW2zqB7wIDAQABAoIBAEq0kbmADZBdDX/B
        HCBnoDlml96kKzQAsbbbDtdYb08zMdV+Y98g6WXR+G8iWa8KYlDQQS4ijeuxMXON
        guGwC29ij2pOe28R5w/CmbdcQJB1utBFIyY+3rxmj7ZXeq7B0F1xRYEKaanXKl53
        O0evskHnJyR/rLmOu+zHCoH54LEoM75CQ1/LFwzAtysdJsnU5h/qowMyYCB+PPG8
        iAJGr57VQa8ucqC/kaLTUQ+W7S5uGpUU1ipENFyMoN9XugO/4YlrUZnpzJEiaFQX
        uXM1DHENDsrkSgqPKB/WrLW1WNnCxoTQPHl0DLOXY6ni8iF29W7RmG9+hcLas49a
        PNhI25UCgYEA0yI7742tNo1/bnl8JbIMS2hLu3Ct2lKw7ao2zQ8qLqT3H19DFrcd
        lt1enp0CB4fngg6M5x/ZlBBpH3GgeFw1GnET1aoas1fsOfVhNiaZdavvrxQ61iDg
        6zGHa1iEbZD4nst9sEFrnf99E7y2lTm60zBZcXW9OKwQiNXJSxrr9V0CgYEAtpfA
        WLnY/L8HR+kiQxaqGHZ0Uts6GV9xiFXcs3BT1lVfhGeDK69ZE7cN11lt3qM/T9mu
        /ZEN+lsVa6j1cjxtSPUpAOGcEfcXwux6KlE6FaWXX8rAtuf9RV9Pq3edldWGW1zu
        VWjZPUrpVGdSCo2TF3ypJVX/6BiyIMq0ZGRj87sCgYA9GqBMAS3LJwJlX6VtZ20l
        ecbJNaArGll4PxXjHOtxWm7m1nQdI9vdaK3Uq84FjfCTdFCVJ2OZ9XHnFsSBcPYx
        c95wrO1TUDPexkRfHqa1JpCUk/8/L37IsqnliFWzPAyoMG5sz1ItBN8XEjupTm7i
        ZhDMxG2B9FJIt86s/NqjRQKBgFTjxnw5o0UWdwcav2AbeGc5IymmXKORORJegOY3
        0fJy7J59FYHI2wwMbfXx0N/SW8v+85lVx/7eO946xiofJ9vkhvSu70V28GgiU0W7
        T9riirbxZ5lhz+Fhx4N7cBtKE1YEpZW10lHpswMXqg/X9EvWHDmMexZn7ODL/QQz
        nDijAoGAM+vl8TWfV/PfBPBXgYf3kzVUmoddJ7C0Si6diewa7yJxaUthzRkNQATR
        e1oStFXnX1ZZnTyhMh5vb8TAbXCPf8vT72zc9y1kGTlMx3fAhlvgL3YleTkTbxgB
        sFejIcVHmoEfFxWuOm/QsPXHnmqJydKB765fRp1Jh6nfLBHxr7U=
        -----END RSA PRIVATE KEY-----
        """

    /// Belongs to nothing.
    static let otherKey = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEogIBAAKCAQEAwMVBjJqebSEH65xqY29cMd2pS78G5vIx01G6RF2eG+B62Tou
        9nNcajiUGJQV5ABXUpCcsAEQq+ud6q/PRjIVIu4osFhu32zuObxqk5YE5Ms+u6dR
        EdcREJyAj68FOZB7uKrh2IdgCKhsWLnP8yfcBHU42LRXDqo3nfcstNM98FUwGZOP
        J67gfMDJZfM8PASE7CGluDdB2Z5RzQcAZho9XoWiRAN2pCEtcBYuaibMPuWV9ZOT
        PJzVonRYJ67zW2Y/lmg+42DVEIA3+E4/OOtUMXle4QzpYTcUrXEcN9+0lNKC8nXb
        4GAI2YmbQnZudQP46dnPhu0th4YEYpKQeDqY4QIDAQABAoIBACFhlzAGr2QE6gb0
        G100McIl2RT3k7Wm35dxKeEAWCqKJSPcRjkhsXFockbOT/sfTv/KcIOu74jh4IL9
        JlbIwe2+UZf1/F8e0SL43HjJq/fFtUuQFgMRm9AlVcLr4yr8eNw55SmWibv+FGMJ
        7Dd2Ycx40xr9oay1r7NgU+LNSMbG4MBFbQ+/wFsKB8ayPAmru5+svc2nOTkO91oZ
        7V9UbkS4CTIPJ/eXGxOfrAZSpSuCr1PkS7s7htBVpNUfItYiyFwKyKhPRS1dxrkD
        Np9VmCpeES6Kr4dnscwehceRpzRGfp5/QZSogUvtsQ+r4xU4TRoGKFcS/Nnj1ac5
        Tf4efAUCgYEA4EmVIQlQc9KAb3neGk66EJQmQ/2/2bEoUk2k0HHPU+thSVqiZPDb
        wAT9iKBPL7VqlBKu4/gQOnQDxbEu+j3VSQX3+bD5ed+aXc784WkIz16BiUxP15LV
        KAZqYExVOad9m81dmXkTUZmfR86YlMfPiWJmT98lPFDVAILF9ZhEfiUCgYEA3Abf
        VSvyc007dG2HYCdwJxvUZDqgZZAuklK671lqu5Y+9iWbBNZALGKo58q9nqSE3O9w
        Kp4RlmhxGTRVa1LphL+XhYX1Ym3MdL3lA4wD+6QmegAjVpfoGQnjino91EA+OrQy
        cPm65jGEq62jPXOsphxtOZ7I0Wp315BxVn++HQ0CgYBZ86jnswCdMxNnogy9qE1f
        UMt4AVDsUezF9XXgU4S/N2uxK7Rtn1vCyz2Tihe4Hp47/LI/o8F+cAEDTGh23E2q
        F8a4UY38nv0eGmG5VZK++DwjgIOVBcKPZuNK89JKaS4rSlX7s19YHrCO8ACpyukl
        RF2cMvaQFisXJVuXgBYYMQKBgHli4Ttf73ZlGXP2KUWG/HzXAan6HhtqHAdl1PPP
        ZO7wyPOLc6aLfQP/uieG1m37XcF152/bnOBZ5mt9T9LR/zrZaIKlkOcopC+TxBDc
        4iWmPgP4p4ZScB3AMuRm5E2A09QXLezeGZp9nzAHr5NrichqzmeHjkrabhti+OQ7
        vWrRAoGAfLAH7I2FliFVODSqls7gsMgno/jPXA9eluhGOvg1s5XQNDJsiWQ6WfAN
        YqFbibF8UC4uhoinNVVjdq8rr+9AG/LdYt/bXYA4n1NbRz8wpK+gts4HZ6ZRYpZ9
        wX9E99smxdv2yDy7EKDXSQp23gbMpVS34BQHkEr5Xcg0+KyP9QA=
        -----END RSA PRIVATE KEY-----
        """

    /// The key of `rsaCertificate` under a password.
    static let encryptedKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIhEsbjh7ZUu4CAggA
        MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAECBBBOQ75xipvUfcsdvSsap4f3BIIE
        0N4AP6nyvFskLueY4cS9Mrpg4LRspn2O8enQNJAx8tYg2EsUgN2sAd24nBhf02ps
        t5f5F2cbsVqumjvlz1VtwLeBYOsV+NpFT1VDYszVHCF3yhWShB5LqcNWflx9Gt47
        EjPOIvm5UEZcac6nFswNHVEK6KcplKvbpc9ZE3XKkZnfJ2hcFL0pTRTyhlgOzFk+
        klCFugyU1EhOPhQ2fX0yFoFFeyUw7Uth5ZbkmnHIuL7KxCEycfk8sz8seYNA3SR3
        XnRAmY5kX2DWVMZ7YEPtduOHmRRO0rOrbSph8ZZGILi9Q8iEXO8ot/coh+bgDevi
        ec3B1DsSFqf0Hm3LWYcW0DLbzqLWE5pP0WiYZKlPR8neVc4bcuUCB4y8wubiwigi
        MeuAP6u9CgzdU78BtckUrBxefKken6wdJItKxZw/RTJxmLK1eSC1JNwftvGhGdat
        J/+TXmhU0psH94h4NEb/aCnolxJMMUmQ3YO2kN7Av/5Qe6H9g7A8oHFNCXQ27vNX
        fU02KWUPktmu5AH+it7ZokFi+nllhH4DhGJBs0Ij3odcSFo/yTvaJaCcyg2GG7eL
        EggmxpN/JdoAEO+AJc5mi9fKeJbTZeTqTy2MAIw/ngAZ7ah2z5dFYsLXzM/+QETF
        oa2jhCnbnyC/osht1Vv5MteKZCDzavpv1PbAlu3+o7dhtgTjO+p/YnJT7sQPgLGj
        oq3UfTk90QtLGXYoedZw20pjoEMptZWOoy8LcNoLU5gMFXxcKVtclp49fZ6zB7FX
        g4apTvYz41XePyUyU2j0fu1ZRCSDQrQKFNFV89P8YjC46OwhH6op52X9spYRLvAj
        NKpifIUb/8RENP+Xlsq+7An0tikJLkZ1riq59fMLfGf39lmOotWM7R3h3sTwRDYc
        ck3oRszKFxGsIBpWDn5QUcLvKBLgwArAVIkdlpRNysinZrNaWdPubbAPkMODy04e
        TyCcx89+tXxyfonF9djVkQi9U50Rw9M4Kit8pH3I4LvPj4lfs+F5U4rrzCXBlMoW
        nd8C1tgIB/cEEV3k/5n9j8mPnyBQebPaXbOW9efkGpeGWXPg5Y5Lgz/VJRluMv0Z
        45M0Q5P/r8e/7z8r/7aKDX7+pSMSXiDr9yJCbgrnnUlUJw3G+ANuv27WeQRB3h/Z
        y2C9JgnqPniiRII5xnXCCOVerpg8DAdgZ8Z9rstFjSVkF4o7jCe68qBJoAfp6GLR
        Ffm6dYO/seVHMDPnIoNQeDfi+Lj+KLN1jnd9rcjdhEM77QlqsxvyELmjr3fkG1Xx
        6oY91SSjyjGuyu2mo1rKm8x4/ZwdoAw7R0SUFNZ7LF/LgLdu66pGntLvNHe6/V3i
        qpE1r6l+X83mirCySiqyvJmGhSK3deuoelU6UxyoBmihxKx694LmHAAB8mkZlYxd
        devRgeITlbn8ETu3NuGhHQ2AQS8UtNCiBKBuxSLE3zK3zg8R4AodsbIAKF1ScDsK
        nab3kuTpupxqmL0aTK1ZCmS8Oorw70RLrf/QhP3Hl7nwk89E/HZ/5Ji60HLajzc3
        50EOzD56jvm/sjtQFQiDeGem19hArCeD3D10ktcqSHUqtKtGTQdh5lHtdVcCiTCt
        rGMAUVLVZch73Z7cW1LZuj7GKXM5wmbRC1P3zg0hMmve
        -----END ENCRYPTED PRIVATE KEY-----
        """

    /// For `ec.example.com`, without alternative names, by `root`.
    static let ellipticCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIB9TCB3gIDChsuMA0GCSqGSIb3DQEBCwUAMDIxDTALBgNVBAMMBHJvb3QxFDAS
        BgNVBAoMC1Jvb3N0IFRlc3RzMQswCQYDVQQGEwJVUzAeFw0yNTAxMDEwMDAwMDBa
        Fw00NTAxMDEwMDAwMDBaMBkxFzAVBgNVBAMMDmVjLmV4YW1wbGUuY29tMFkwEwYH
        KoZIzj0CAQYIKoZIzj0DAQcDQgAEo+3lLFmXM76YhHlKAmGocx81dzxTXof12jY7
        RGv08MqBCtmWLlvfstTWXhRwThAt29DEJ6ozVRPShlhcSLHp4DANBgkqhkiG9w0B
        AQsFAAOCAQEAkcKZfQTuOab3xyVbzgOonsJzMzWVDZm5IySrZiBwaufUBOPHqwTO
        jdPBt2ZJ6lcjgdyPTKyLBPnhVP6pE68HrE6F/zRSj9/5kIOU5V166xTvyajflxri
        OFIDZARUy3UrE0wMpa/rHkTC3GfFMRL0HG0ktzTbSVWE2hp+YrpMu1XN9VPXRUJB
        hNzlgP9OxEj6EMLKrQs4Vbp0ScxS9uxFOy70T09824U+foCgVLhmH4B5+zagUp4o
        Kpshj/INge/A7Or052ylZ3qyEBNhifJ6BUPduOziWbdTOqhfr+LcczO2LFCUed5H
        EPnzJ84fti09LkZTyIceMJ1i71RIz6H6ng==
        -----END CERTIFICATE-----
        """

    /// SEC 1, with the parameters before it, as OpenSSL writes it.
    static let ellipticKey = """
        -----BEGIN EC PARAMETERS-----
        BggqhkjOPQMBBw==
        -----END EC PARAMETERS-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIAh5o6tILhNUp7X2GN9wP5E7Bnj2sQYE6ZnDTO/iX9VMoAoGCCqGSM49
        AwEHoUQDQgAEo+3lLFmXM76YhHlKAmGocx81dzxTXof12jY7RGv08MqBCtmWLlvf
        stTWXhRwThAt29DEJ6ozVRPShlhcSLHp4A==
        -----END EC PRIVATE KEY-----
        """

    /// For `old.example.com`, valid until 2021.
    static let expiredCertificate = """
        -----BEGIN CERTIFICATE-----
        MIICwjCCAaoCAwobLzANBgkqhkiG9w0BAQsFADAyMQ0wCwYDVQQDDARyb290MRQw
        EgYDVQQKDAtSb29zdCBUZXN0czELMAkGA1UEBhMCVVMwHhcNMjAwMTAxMDAwMDAw
        WhcNMjEwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA9vbGQuZXhhbXBsZS5jb20wggEi
        MA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCyyoP0I7xYgq8VGvAV+aRaLvTX
        itoAaamzeYaVyMw6O0BzAj4qS81VTa0coAzq4/rR5wHJ9AJKBgp0z9pc74IbQRaj
        oDs85zl760habgPXG/kX88u121RBAA5hwEretKICFKMMliRzLyrtJEDq0EqRziKI
        ujjn8m6GndKEkF2VtD2NC7hh350gDGfE+mEoiUnFr4aj5CSshZZWR6q3ntZ2XmTp
        G6UU9MKc61mnCQj5vr7kp7x9/WtqhC3swq2KWlhKY6/pA4B+awtPfSo1NGmnZ2eV
        ws0VjzTxpqPl8xyRyjgxfni2ppuRutfnXErp2GldcJwc5JScT4SQ68oEBaQDAgMB
        AAEwDQYJKoZIhvcNAQELBQADggEBAGHpuiyWcS0iKsoU3qTRCyWnGWL37bLZa3/2
        P7NhRMEt4CtnZ2Fj6dYCtwb1rJpfyT8X38iLeTQvKqknE5o6DjOAFqLrkigZRoO2
        SeB1KQL2xlVGQ8xkBECSsyCAdR/l0ECKBEHRA4yiFbAj6PJ6FcjejrXG0sR2g9ut
        NG4R4F/7h1xKp3VMEbupTcPnI1Jrr8ZCL5A7lmGTY9dVQvo1Py24ah1xTAbqcAiP
        RCsb7CGzOVxpFQ/b5CcRtj/PHA+lQI7BrQLIWtgHhVe3jMxpBXNKTD8ZbF4bQPc1
        hujQcwPsSWDA54zrUjlXfVq8YguSw2zRcGRYigEtc3P64Rk5dh0=
        -----END CERTIFICATE-----
        """

    /// PKCS #8.
    static let expiredKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQCyyoP0I7xYgq8V
        GvAV+aRaLvTXitoAaamzeYaVyMw6O0BzAj4qS81VTa0coAzq4/rR5wHJ9AJKBgp0
        z9pc74IbQRajoDs85zl760habgPXG/kX88u121RBAA5hwEretKICFKMMliRzLyrt
        JEDq0EqRziKIujjn8m6GndKEkF2VtD2NC7hh350gDGfE+mEoiUnFr4aj5CSshZZW
        R6q3ntZ2XmTpG6UU9MKc61mnCQj5vr7kp7x9/WtqhC3swq2KWlhKY6/pA4B+awtP
        fSo1NGmnZ2eVws0VjzTxpqPl8xyRyjgxfni2ppuRutfnXErp2GldcJwc5JScT4SQ
        68oEBaQDAgMBAAECggEABCM2EhrOdvR6H8dpT6oFYgXBc384L05nQMHPbCqsFGSe
        x7O4Fdt+OTHKNCYGn6U+kOyMSx8VaQy0mIcDuyb/gE2I8vIBZhXqWW2UsP8ModhC
        F669KFWW1331e9Dq5hHH7SkdPkfS72e/GxDQElp7yZS7tpMG9tIJXgwChmSxK3RW
        wmFIkD3C9oCO720DUUdPmAY7vpvblxY0JaFUdxIlTiaDdFVqzMUH93FHlyzZZV0S
        o8MzyZxyvE6wSCPu14p4OWrwlSw9EMM5xjha6bsUuXqpm2LPYpGkuI8ev4wQGtn7
        UyzHF1enC0Nwa6DJAW33+yS5RP+6tDs4/2o0wrqECQKBgQDtxAboQdlu0IcFjMpx
        qzrN9t2fKP0X0LO2Q/RcXmPmvRhUWQ8M7daLz/IvSUCjxlEJDINd8fSubRi/vXZl
        MsBCY+A1bJrjPifFwkUyLLOpI9zyoKJPcgWU4A9u2QBpx/J2ANLyTvIAqJ31uYMU
        ydv8GDdNXJRbEj4R00CkDCDqewKBgQDAgKjIGmxWzP3XOGzRJEtbvaHTLdrgIz4L
        dJ2VV9ZIqg1z7HYdvud/Pecu8YYVX6t9Az9R1aYUenwNuUyG1iUK4zfxcUlPniKm
        7kPrMLy3sLNBF+ysbVytW3DQpnlMQriDk8uDx9Qg4wbr3IDciBBY+Nu54rxHYxbS
        sGVYtsbaGQKBgQDf13P1RsEwHWtwYyrYNq8m5qmgxNL5j8cQ6grsxwRgX1e/WRTd
        RDB+8ed8cwdC6Fq0HS6zzC1h5V2ube0/urbcCfEz+qobFBIXkRzZ7tG5hATn+yiz
        iJIOpZ6B6hQEgnQWehIegwo8aoJDq0Hn2V6ciCPQVj9pOdRrrammh7CZbwKBgQCt
        e8WgAGAeocMqEInQuXrIhM+v96VHVbt2q3PQwUY2WjqhfDq+d+s8+ta7saJ65Ksx
        kJmh8H8p+XCPFa1n3tmnRDqIduXwwLzN3/CJpnSMvsvtH9iFVFGvUbcL8tth5MdQ
        nQNOEeqUcMUuDpx7IoxJAo1SqomvdBd/bMUI/D+dEQKBgQCmrrgtpupVdjybN21D
        kY5jYLR0sphmo72sWx0gWxQsd+fSOZvDIVbQyxQDxA5B+yFPEQ2CzzbFKIBdKyz1
        9CmZqh1IMS+JWWOMVCbrWLS+J9f5uSOZHRFl6U4Kqn0MZXOWZyyzC4DPHbiQvQ2r
        TkboXxbPf0ntbGmfoyyWSAFERw==
        -----END PRIVATE KEY-----
        """

    /// Issued the others.
    static let root = """
        -----BEGIN CERTIFICATE-----
        MIIC2jCCAcICAwobLDANBgkqhkiG9w0BAQsFADAyMQ0wCwYDVQQDDARyb290MRQw
        EgYDVQQKDAtSb29zdCBUZXN0czELMAkGA1UEBhMCVVMwHhcNMjUwMTAxMDAwMDAw
        WhcNNDUwMTAxMDAwMDAwWjAyMQ0wCwYDVQQDDARyb290MRQwEgYDVQQKDAtSb29z
        dCBUZXN0czELMAkGA1UEBhMCVVMwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK
        AoIBAQCz7heyugkFbXZW+jqlRn4GOQ0zQx2qRd8p4PsQUVjifEwTPL6jJtWPcuFb
        gwJGISrggqDKee0VZtZqp16zMR8tkjYS+8mODHVNl2ZDeXgLd3JuHeOlVXCx4fog
        5nwKns5hmjjAb6W/X+kNgnYE+P0wt+zcSvTM4nBUXhmpIcbq1XHVPA6YkW8ceYg/
        XReeRalc8nVddjNBjtfm5vsydGgwkc9GbHe5dmHRhejC9zL0nxNKoacxf0CwBpqs
        csKPy8p2VDPnL/aj+waiG5GArgv/tzJjhtdye0fMifI/wfyXemfh8NkUCwMS5FtD
        4vsmVC2Pt2AxOBkmhJBBK/oOgYQvAgMBAAEwDQYJKoZIhvcNAQELBQADggEBAJ++
        T3p0Q7XFf/bQQuLOxQ08731naApZpd5JzqAhZxrUoByfG0WSvtErAYi2U5VbsgHU
        LEhqBneRdDNfrYng8xPDt2okPeyUskkynEYfr28TmTF2PE65eewFBQJ+u9KUPyUR
        nZ46KEMRnX/nqEZzWgK7s2zJerpL/5RSY0GwHG83NwObyPsZsMvw9I7S2vlxJ1tv
        ulGV4Qg7HyDcMtr7//kG8dMnR7DaisKTQPSNJK84IkKG3Ruf1Z3iOpVwoHEXNMTI
        evEbsXolfU4Iyff6THxOGIkhxJlCgtGNwqk5z24mkIpjYIUsNAm/fHcv2nBS4ezi
        KBoinXNWQJdFc1z1avY=
        -----END CERTIFICATE-----
        """
}
